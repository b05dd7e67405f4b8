import { readFileSync } from "node:fs";
import { Template, Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { TAG_PATTERN } from "./stack.ts";
import { COMMITTED, synthesise, textOf } from "./synth.ts";

const written = synthesise() as Record<string, unknown>;
const template = Template.fromJSON(written);
const text = textOf(written);
const task = Object.values(template.findResources("AWS::ECS::TaskDefinition"))[0]?.["Properties"];
const container = task.ContainerDefinitions[0];
const environment = new Map<string, unknown>(
  container.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
);

it("is what is committed: `npm run synth` writes it again", () => {
  expect(readFileSync(COMMITTED, "utf8")).toBe(text);
});

describe("the tag of the image", () => {
  const isAllowed = (tag: string) => new RegExp(TAG_PATTERN).test(tag);

  it.each(["0.7.3", "0.9.0", "10.20.30", "0.9.0-20251114T093000Z"])("may be %s", (tag) => {
    expect(isAllowed(tag)).toBe(true);
  });

  it.each(["latest", "", "0.9", "v1", "0.9.0-20251114", "0.9.0-dirty", "0.9.0 0.9.1", "0.9.0\n"])(
    "may not be %j, which nobody could roll back to",
    (tag) => {
      expect(isAllowed(tag)).toBe(false);
    },
  );

  it("is a parameter without a default, and the only thing of the image that a roll-back changes", () => {
    template.hasParameter("ImageTag", { Type: "String", AllowedPattern: TAG_PATTERN, Default: Match.absent() });
    const parts = container.Image["Fn::Join"][1];
    expect(parts.at(-1)).toEqual({ Ref: "ImageTag" });
    expect(parts.at(-2)).toBe("/quiltdata/benchling:");
    expect(text.match(/"Ref": "ImageTag"/g)).toHaveLength(2);
    template.hasOutput("DeployedTag", { Value: { Ref: "ImageTag" } });
  });
});

describe("the task", () => {
  it("is Fargate's, with a network address of its own", () => {
    expect(task).toMatchObject({ NetworkMode: "awsvpc", RequiresCompatibilities: ["FARGATE"], Cpu: "1024", Memory: "2048" });
    expect(container.PortMappings).toEqual([{ ContainerPort: 5000, Protocol: "tcp" }]);
  });

  it("has a read-only root, no rights of root, and a place for temporary files that needs neither", () => {
    expect(container).toMatchObject({ ReadonlyRootFilesystem: true, User: "1000:1000" });
    expect(container.LinuxParameters).toEqual({ Capabilities: { Drop: ["ALL"] } });
    expect(environment.get("TMPDIR")).toBe("/dev/shm");
    expect(task.Volumes).toBeUndefined();
  });

  it("asks for health with the curl that the image has", () => {
    expect(container.HealthCheck).toEqual({
      Command: ["CMD-SHELL", "curl -f http://localhost:5000/health || exit 1"],
      Interval: 30,
      Timeout: 10,
      Retries: 3,
      StartPeriod: 60,
    });
    expect(environment.get("PORT")).toBe("5000");
  });

  it("waits longer than the server drains, and no longer than Fargate allows", () => {
    expect(container.StopTimeout).toBeGreaterThan(25);
    expect(container.StopTimeout).toBeLessThanOrEqual(120);
    template.hasResourceProperties("AWS::ElasticLoadBalancingV2::TargetGroup", {
      HealthCheckPath: "/health/ready",
      TargetGroupAttributes: Match.arrayWith([
        { Key: "deregistration_delay.timeout_seconds", Value: String(container.StopTimeout) },
      ]),
    });
  });

  it("gives every variable that the service requires, and the secret as a reference", () => {
    expect(environment.get("QuiltStackARN")).toEqual({ Ref: "QuiltStackArn" });
    expect(environment.get("BenchlingSecret")).toEqual({ Ref: "WebhookKeyArn" });
    template.hasParameter("WebhookKeyArn", { AllowedPattern: "^arn:[a-z-]+:secretsmanager:.+$", Default: Match.absent() });
    expect(text).not.toMatch(/SecretString|resolve:secretsmanager|webhook_key/);
  });

  it("may ask for its stack, read its secret and write its archives, and nothing else", () => {
    const [policy] = Object.entries(template.findResources("AWS::IAM::Policy")).filter(([name]) => /TaskRole/.test(name));
    const statements: ReadonlyArray<{ Action: string; Resource: unknown }> =
      policy?.[1]["Properties"].PolicyDocument.Statement;
    expect(statements.map(({ Action }) => Action)).toEqual([
      "cloudformation:DescribeStacks",
      "secretsmanager:GetSecretValue",
      "s3:PutObject",
    ]);
    expect(statements.map(({ Resource }) => Resource)).not.toContain("*");
  });
});

it("takes the last deployment back when the new one does not become healthy", () => {
  template.hasResourceProperties("AWS::ECS::Service", {
    LaunchType: "FARGATE",
    DeploymentConfiguration: {
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
    },
    HealthCheckGracePeriodSeconds: 60,
  });
});
