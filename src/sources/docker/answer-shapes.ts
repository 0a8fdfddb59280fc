import type { Shape } from './json-tree.ts';

/*
 * What is read of each answer of the engine. All else in it is passed over as it comes in.
 */

export const VERSION: Shape = { ApiVersion: true, MinAPIVersion: true, Version: true, Components: { Name: true } };

export const INFO: Shape = { ID: true, Name: true, ServerVersion: true };

export const LIST_ENTRY: Shape = { Id: true, State: true, Status: true, Created: true };

export const CONTAINER: Shape = {
  Id: true,
  Name: true,
  Created: true,
  Path: true,
  Image: true,
  RestartCount: true,
  State: {
    Status: true,
    Pid: true,
    StartedAt: true,
    FinishedAt: true,
    ExitCode: true,
    OOMKilled: true,
    Health: { Status: true },
  },
  Config: { Image: true, Labels: true },
  HostConfig: { NetworkMode: true },
};

export const SIZE: Shape = { SizeRw: true };

export const IMAGE: Shape = { RepoDigests: true };

/** Of an event that is too long to be taken whole. */
export const EVENT: Shape = { Type: true, Action: true, status: true, id: true, Actor: { ID: true } };
