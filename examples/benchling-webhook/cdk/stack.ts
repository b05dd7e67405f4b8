import { CfnOutput, CfnParameter, DefaultStackSynthesizer, Duration, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecr from "aws-cdk-lib/aws-ecr";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** What the image promises: its contract says the same. */
const CONTAINER = {
  port: 5000,
  user: "1000:1000",
  /** The server drains for 25 seconds at most; the rest is for the engine. Fargate allows 120. */
  stopTimeout: Duration.seconds(30),
  startPeriod: Duration.seconds(60),
} as const;

/** A release, `0.9.0`, or a build of a developer, `0.9.0-20251114T093000Z`. Never `latest`: nobody could roll back to it. */
export const TAG_PATTERN = "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9]{8}T[0-9]{6}Z)?$";

export interface Registry {
  /** The account that holds the images of every other account. */
  readonly account: string;
  readonly region: string;
  readonly repository: string;
}

/** The webhook service on Fargate, behind a load balancer. What differs between installations is a parameter. */
export class BenchlingWebhookStack extends Stack {
  constructor(scope: Construct, id: string, registry: Registry) {
    super(scope, id, { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    const parameters = parametersOf(this);
    const vpc = ec2.Vpc.fromVpcAttributes(this, "Vpc", {
      vpcId: parameters.vpc.valueAsString,
      availabilityZones: [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())],
      privateSubnetIds: [Fn.select(0, parameters.subnets.valueAsList), Fn.select(1, parameters.subnets.valueAsList)],
    });
    const task = taskDefinition(this, registry, parameters);
    const service = new ecs.FargateService(this, "Service", {
      cluster: new ecs.Cluster(this, "Cluster", { vpc }),
      taskDefinition: task,
      desiredCount: 2,
      // The old tasks stay until the new ones are healthy; when they never are, the last deployment comes back.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriod: CONTAINER.startPeriod,
      assignPublicIp: false,
    });
    const balancer = new elb.ApplicationLoadBalancer(this, "Balancer", { vpc, internetFacing: false });
    balancer.addListener("Http", { port: 80, open: false }).addTargets("Webhook", {
      port: CONTAINER.port,
      protocol: elb.ApplicationProtocol.HTTP,
      targets: [service],
      healthCheck: { path: "/health/ready", interval: Duration.seconds(30), timeout: Duration.seconds(10) },
      deregistrationDelay: CONTAINER.stopTimeout,
    });
    new CfnOutput(this, "DeployedTag", { value: parameters.tag.valueAsString, description: "Note it: a roll-back names it" });
    new CfnOutput(this, "Address", { value: balancer.loadBalancerDnsName });
  }
}

interface Parameters {
  readonly tag: CfnParameter;
  readonly quiltStack: CfnParameter;
  readonly secret: CfnParameter;
  readonly bucket: CfnParameter;
  readonly logLevel: CfnParameter;
  readonly vpc: CfnParameter;
  readonly subnets: CfnParameter;
}

function parametersOf(stack: Stack): Parameters {
  const parameter = (id: string, description: string, more: { type?: string; default?: string; allowedPattern?: string; allowedValues?: string[] } = {}) =>
    new CfnParameter(stack, id, { type: "String", description, ...more });
  return {
    tag: parameter("ImageTag", "Tag of the image: a version, or a developer's timestamp", {
      allowedPattern: TAG_PATTERN,
    }),
    quiltStack: parameter("QuiltStackArn", "ARN of the Quilt stack whose outputs say where to export to", {
      allowedPattern: "^arn:[a-z-]+:cloudformation:.+$",
    }),
    secret: parameter("WebhookKeyArn", "ARN of the secret with the webhook key; its value is never here", {
      allowedPattern: "^arn:[a-z-]+:secretsmanager:.+$",
    }),
    bucket: parameter("ExportBucket", "Name of the bucket the archives go to"),
    logLevel: parameter("LogLevel", "Least important line that is logged", {
      default: "INFO",
      allowedValues: ["DEBUG", "INFO", "WARNING", "ERROR"],
    }),
    vpc: parameter("VpcId", "Network of the service", { type: "AWS::EC2::VPC::Id" }),
    subnets: parameter("SubnetIds", "Two private subnets, in two zones", { type: "List<AWS::EC2::Subnet::Id>" }),
  };
}

function taskDefinition(stack: Stack, registry: Registry, parameters: Parameters): ecs.FargateTaskDefinition {
  const task = new ecs.FargateTaskDefinition(stack, "Task", {
    family: "benchling-webhook",
    cpu: 1024,
    memoryLimitMiB: 2048,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.X86_64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
  });
  const linuxParameters = new ecs.LinuxParameters(stack, "LinuxParameters");
  linuxParameters.dropCapabilities(ecs.Capability.ALL);
  task.addContainer("benchling-webhook", {
    image: imageOf(stack, registry, parameters.tag),
    user: CONTAINER.user,
    readonlyRootFilesystem: true,
    linuxParameters,
    portMappings: [{ containerPort: CONTAINER.port }],
    stopTimeout: CONTAINER.stopTimeout,
    healthCheck: {
      // curl is in the image as curl-minimal, which the base brings.
      command: ["CMD-SHELL", `curl -f http://localhost:${CONTAINER.port}/health || exit 1`],
      interval: Duration.seconds(30),
      timeout: Duration.seconds(10),
      retries: 3,
      startPeriod: CONTAINER.startPeriod,
    },
    environment: {
      AWS_REGION: stack.region,
      AWS_DEFAULT_REGION: stack.region,
      FLASK_ENV: "production",
      LOG_LEVEL: parameters.logLevel.valueAsString,
      ENABLE_WEBHOOK_VERIFICATION: "true",
      PORT: String(CONTAINER.port),
      // Fargate has no tmpfs, and a volume of it belongs to root: /dev/shm is what every user may write to on a
      // read-only root. It holds 64 MiB there, and an archive is gone once it is uploaded.
      TMPDIR: "/dev/shm",
      QuiltStackARN: parameters.quiltStack.valueAsString,
      // The reference only: the service asks for the value with the rights of its task.
      BenchlingSecret: parameters.secret.valueAsString,
    },
    logging: ecs.LogDrivers.awsLogs({
      streamPrefix: "webhook",
      logGroup: new logs.LogGroup(stack, "Log", {
        retention: logs.RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.RETAIN,
      }),
    }),
  });
  for (const [actions, resources] of rights(parameters))
    task.addToTaskRolePolicy(new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }));
  return task;
}

function imageOf(stack: Stack, { account, region, repository }: Registry, tag: CfnParameter): ecs.ContainerImage {
  const found = ecr.Repository.fromRepositoryAttributes(stack, "Repository", {
    repositoryName: repository,
    repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${repository}`,
  });
  return ecs.ContainerImage.fromEcrRepository(found, tag.valueAsString);
}

/** What the service asks AWS for, and nothing else. */
function rights({ quiltStack, secret, bucket }: Parameters): ReadonlyArray<readonly [readonly string[], readonly string[]]> {
  return [
    [["cloudformation:DescribeStacks"], [quiltStack.valueAsString]],
    [["secretsmanager:GetSecretValue"], [secret.valueAsString]],
    [["s3:PutObject"], [`arn:aws:s3:::${bucket.valueAsString}/benchling/*`]],
  ];
}
