import type { Contract, Stack } from "../model/types.ts";

/** The contract with what the sidecars of a proof give the service: their addresses and accounts. */
export const filledContract = (contract: Contract, stack: Stack): Contract =>
  withValues(withAddresses(contract), stack);

/** Addresses in place of the team's names for them: `http://{aws}` becomes `http://aws:5555`. */
function withAddresses(contract: Contract): Contract {
  const addresses = new Map((contract.sidecars ?? []).map(({ name, port }) => [name, `${name}:${port}`]));
  const filled = (value: string): string =>
    value.replaceAll(/\{([\w-]+)\}/g, (whole, name: string) => addresses.get(name) ?? whole);
  return { ...contract, env: contract.env.map((one) => ({ ...one, example: filled(one.example) })) };
}

/** What Compose gives the service; what the team itself sets for the proof stays. */
function withValues(contract: Contract, { env }: Stack): Contract {
  const said = { given: true, public: true } as const;
  const known = new Set(contract.env.map(({ name }) => name));
  const added = Object.entries(env).filter(([name]) => !known.has(name));
  return {
    ...contract,
    env: [
      ...contract.env.map((one) => {
        const value = env[one.name];
        return value === undefined || one.given === true ? one : { ...one, ...said, example: value };
      }),
      ...added.map(([name, example]) => ({ ...said, name, required: false, secret: false, example })),
    ],
  };
}
