#!/usr/bin/env node
import { run, type StricliProcess } from "@stricli/core";
import { app, withDefaultCommand } from "./app.ts";

await run(app, withDefaultCommand(process.argv.slice(2)), { process: process as StricliProcess });
// The library's own codes for wrong usage are negative; ours is 2.
if (Number(process.exitCode) < 0 || Number(process.exitCode) > 2) process.exitCode = 2;
