import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { BenchlingWebhookStack } from "./stack.ts";

/** The template that is committed: what `seaworthy` reads, and what a review of a change to the stack sees. */
export const COMMITTED: string = fileURLToPath(new URL("BenchlingWebhook.template.json", import.meta.url));

/** Makes the CloudFormation template. Asks nothing of AWS. */
export function synthesise(): unknown {
  const app = new App({ analyticsReporting: false });
  const stack = new BenchlingWebhookStack(app, "BenchlingWebhook", {
    account: "123456789012",
    region: "us-east-1",
    repository: "quiltdata/benchling",
  });
  return app.synth().getStackByName(stack.stackName).template;
}

export const textOf = (template: unknown): string => `${JSON.stringify(template, null, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(COMMITTED, textOf(synthesise()));
