import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Service } from "../../src/model/types.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>): Promise<Service> => readService(memoryTree(files));
const STACK = "examples/benchling-webhook/cdk/BenchlingWebhook.template.json";

it("reads what a task definition says of how its container runs", async () => {
  const { taskDefinitions } = await read({
    "ecs/task.json": JSON.stringify({
      networkMode: "awsvpc",
      requiresCompatibilities: ["EC2", "FARGATE"],
      memory: "512",
      containerDefinitions: [
        {
          name: "web",
          image: "registry.example/web:1.0",
          user: 1000,
          readonlyRootFilesystem: true,
          portMappings: [{ containerPort: 8080 }, { containerPort: "9090" }],
          command: ["uvicorn", "a:b"],
          environment: [{ name: "A", value: "1" }, { name: "B", value: 2 }, { value: "lost" }],
          secrets: [{ name: "TOKEN", valueFrom: "arn:x" }],
          healthCheck: { command: ["CMD", "python", "x.py"], interval: 10 },
          stopTimeout: 90,
          mountPoints: [
            { sourceVolume: "v", containerPath: "/data" },
            { containerPath: "/cfg", readOnly: true },
          ],
          linuxParameters: {
            initProcessEnabled: true,
            capabilities: { drop: ["ALL"] },
            tmpfs: [{ containerPath: "/tmp" }],
          },
        },
      ],
    }),
  });
  expect(taskDefinitions).toEqual([
    expect.objectContaining({
      container: "web",
      image: "registry.example/web:1.0",
      fargate: true,
      network: "awsvpc",
      user: "1000",
      readOnlyRoot: true,
      ports: [8080, 9090],
      command: ["uvicorn", "a:b"],
      entryPoint: undefined,
      environment: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      secrets: ["TOKEN"],
      health: {
        command: ["CMD", "python", "x.py"],
        intervalSeconds: 10,
        timeoutSeconds: 5,
        retries: 3,
        startPeriodSeconds: 0,
      },
      stopTimeoutSeconds: 90,
      mounts: [
        { path: "/data", readOnly: false },
        { path: "/cfg", readOnly: true },
      ],
      tmpfs: ["/tmp"],
      dropsCapabilities: true,
      init: true,
      memoryMiB: 512,
      later: [],
    }),
  ]);
});

it("reads the template that the CDK synthesised for the example, and names what only the deployment knows", async () => {
  const { taskDefinitions, outsideProbes, gracePeriods, problems } = await read({
    "cdk.out/BenchlingWebhook.template.json": readFileSync(STACK, "utf8"),
  });
  expect(problems).toEqual([]);
  const [task, ...others] = taskDefinitions;
  expect(others).toEqual([]);
  expect(task).toMatchObject({
    container: "benchling-webhook",
    image: "123456789012.dkr.ecr.us-east-1.${AWS::URLSuffix}/quiltdata/benchling:${ImageTag}",
    fargate: true,
    network: "awsvpc",
    user: "1000:1000",
    readOnlyRoot: true,
    ports: [5000],
    stopTimeoutSeconds: 30,
    dropsCapabilities: true,
    memoryMiB: 2048,
    later: [],
  });
  const environment = new Map(task?.environment.map(({ name, value }) => [name, value]));
  expect(environment.get("LOG_LEVEL")).toBe("INFO"); // The default of its parameter.
  expect(environment.has("QuiltStackARN")).toBe(true);
  expect(environment.get("QuiltStackARN")).toBeUndefined();
  expect(outsideProbes).toMatchObject([{ source: "ecs", program: "curl" }]);
  expect(gracePeriods).toMatchObject([{ value: 30 }]);
});

describe("intrinsic functions", () => {
  const containerOf = async (container: unknown, Parameters: unknown = {}) => {
    const template = {
      Parameters,
      Resources: { T: { Type: "AWS::ECS::TaskDefinition", Properties: { ContainerDefinitions: [container] } } },
    };
    const { taskDefinitions, starts, problems } = await read({ "template.json": JSON.stringify(template) });
    expect(problems).toEqual([]);
    return { task: taskDefinitions[0], starts };
  };

  it.each([
    [{ "Fn::Join": [":", ["app", { Ref: "Tag" }]] }, "app:1.0"],
    [{ "Fn::Join": [":", ["app", { Ref: "Other" }]] }, "app:${Other}"],
    [{ "Fn::Sub": "app:${Tag}-${!Literal}" }, "app:1.0-${Literal}"],
    [{ "Fn::Sub": ["${Name}:${AWS::Region}", { Name: "app" }] }, "app:${AWS::Region}"],
    [{ "Fn::GetAtt": ["Repository", "RepositoryUri"] }, "${Repository.RepositoryUri}"],
    [{ "Fn::If": ["IsProd", "a", "b"] }, "${If}"],
    [{ "Fn::Join": "nonsense" }, "${Join}"],
    [{ "Fn::Sub": { wrong: 1 } }, "${Sub}"],
    [{ Ref: "AWS::NoValue" }, undefined],
  ])("%j is %j", async (Image, shown) => {
    const { task } = await containerOf({ Image }, { Tag: { Type: "String", Default: "1.0" } });
    expect(task?.image).toBe(shown);
  });

  it("say which fields cannot be known before the deployment, and do not become a value", async () => {
    const { task, starts } = await containerOf({
      Command: ["gunicorn", "-b", { "Fn::Sub": "0.0.0.0:${Port}" }, "a:b"],
      User: { Ref: "User" },
      PortMappings: [{ ContainerPort: { Ref: "Port" } }],
      StopTimeout: { Ref: "Stop" },
      Environment: [{ Name: "A", Value: { Ref: "A" } }, { Ref: "AWS::NoValue" }],
      HealthCheck: { Command: ["CMD-SHELL", { "Fn::Sub": "curl localhost:${Port}" }] },
    });
    expect(task).toMatchObject({
      later: ["command", "user", "healthCheck.command", "portMappings", "stopTimeout"],
      ports: [],
      environment: [{ name: "A" }],
    });
    expect(task).toMatchObject({ user: undefined, stopTimeoutSeconds: undefined });
    expect(starts[0]).toMatchObject({
      source: "ecs",
      server: "gunicorn",
      argv: ["gunicorn", "-b", "0.0.0.0:${Port}", "a:b"],
    });
  });

  it("are read in their short forms", async () => {
    const { taskDefinitions, problems } = await read({
      "template.yaml":
        "Parameters: {Tag: {Type: String, Default: '2.0'}}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: web\n          Image: !Join [':', [app, !Ref Tag]]\n          User: !Ref User\n          Environment: [{Name: A, Value: !Sub 'x-${Tag}'}, {Name: B, Value: !GetAtt X.Arn}]\n          StopTimeout: !If [Prod, 60, 10]\n",
    });
    expect(problems).toEqual([]);
    expect(taskDefinitions).toMatchObject([
      {
        container: "web",
        image: "app:2.0",
        environment: [{ name: "A", value: "x-2.0" }, { name: "B" }],
        later: ["user", "stopTimeout"],
      },
    ]);
  });
});

it.each([
  '{"containerDefinitions": 5}',
  '{"containerDefinitions": [null, 5, "x", []]}',
  '{"ContainerDefinitions": {"Fn::If": ["A", [], []]}}',
  '{"containerDefinitions": [{"command": {"Ref": "X"}, "environment": "no", "healthCheck": [], "portMappings": {"a": 1}}]}',
  '{"containerDefinitions": [{"environment": [null, 5, {"name": {"Ref": "X"}}], "mountPoints": [5], "secrets": [[]]}]}',
])("finds nothing wrong in itself with %s", async (text) => {
  const { problems } = await read({ "task.json": text });
  expect(problems).toEqual([]);
});

it("takes the one that the team named first, although it lies elsewhere", async () => {
  const task = (name: string) => JSON.stringify({ containerDefinitions: [{ name, stopTimeout: 10 }] });
  const tree = memoryTree({ "task.json": task("here") });
  const { taskDefinitions } = await readService({
    ...tree,
    taskDefinition: { file: "../cdk/cdk.out/x.template.json", text: task("there") },
  });
  expect(taskDefinitions.map(({ container, evidence }) => [container, evidence.file])).toEqual([
    ["there", "../cdk/cdk.out/x.template.json"],
    ["here", "task.json"],
  ]);
});

it("reads the time to stop and the health command out of a stack's source", async () => {
  const source = `import * as cdk from "aws-cdk-lib";
task.addContainer("web", {
  stopTimeout: cdk.Duration.seconds(45),
  healthCheck: { command: ["CMD-SHELL", "curl -f http://localhost/ || exit 1"] },
});
`;
  const { gracePeriods, outsideProbes } = await read({ "infra/stack.ts": source });
  expect(gracePeriods).toMatchObject([{ value: 45, evidence: [{ file: "infra/stack.ts", line: 3 }] }]);
  expect(outsideProbes).toMatchObject([{ source: "cdk", program: "curl", evidence: { line: 4 } }]);
});
