import type { InspectDocument } from './docker-documents.ts';

/** An event as `GET /events` writes it. */
export type EngineEvent = { readonly Type: string; readonly Action: string; readonly time: number };

export type EngineState = {
  readonly containers: ReadonlyMap<string, InspectDocument>;
  /** Every event so far, oldest first. */
  readonly events: readonly EngineEvent[];
  /** Adds a container; one that runs is reported as started. */
  add(document: InspectDocument): void;
  /** Adds one that was there long before, so that no event tells of it. */
  addOld(document: InspectDocument): void;
  start(id: string, state?: Partial<InspectDocument['State']>): void;
  /** The container's processes end; it still exists. */
  die(id: string, state?: Partial<InspectDocument['State']>): void;
  remove(id: string): void;
  rename(id: string, name: string): void;
  pause(id: string): void;
  unpause(id: string): void;
  setHealth(id: string, status: string): void;
  /** Reports an event without a change. */
  emit(id: string, action: string): void;
};

/** The containers of a fake engine and what happened to them. */
export function createEngineState(onEvent: (event: EngineEvent) => void): EngineState {
  const containers = new Map<string, InspectDocument>();
  const events: EngineEvent[] = [];

  const emit = (id: string, action: string): void => {
    const event = engineEvent(id, action, containers.get(id));
    events.push(event);
    onEvent(event);
  };

  const change = (id: string, action: string, apply: (document: InspectDocument) => void): void => {
    const document = containers.get(id);
    if (document === undefined) throw new Error(`the fake engine has no container ${id}`);
    apply(document);
    emit(id, action);
  };

  const setState = (id: string, action: string, state: Partial<InspectDocument['State']>): void =>
    change(id, action, (document) => Object.assign(document.State, state));

  return {
    containers,
    events,
    emit,
    addOld: (document) => void containers.set(document.Id, document),
    add: (document) => {
      containers.set(document.Id, document);
      emit(document.Id, 'create');
      if (document.State.Running) emit(document.Id, 'start');
    },
    start: (id, state) =>
      setState(id, 'start', { Status: 'running', Running: true, Paused: false, Pid: 4243, ...state }),
    die: (id, state) => {
      const FinishedAt = new Date().toISOString();
      setState(id, 'die', { Status: 'exited', Running: false, Paused: false, Pid: 0, FinishedAt, ...state });
    },
    remove: (id) => {
      const wasRunning = containers.get(id)?.State.Running === true;
      containers.delete(id);
      if (wasRunning) emit(id, 'die');
      emit(id, 'destroy');
    },
    rename: (id, name) =>
      change(id, 'rename', (document) => {
        document.Name = `/${name}`;
      }),
    pause: (id) => setState(id, 'pause', { Status: 'paused', Paused: true }),
    unpause: (id) => setState(id, 'unpause', { Status: 'running', Paused: false }),
    setHealth: (id, status) => setState(id, `health_status: ${status}`, { Health: { Status: status } }),
  };
}

function engineEvent(id: string, action: string, document: InspectDocument | undefined): EngineEvent {
  const nowMs = Date.now();
  const event = {
    status: action,
    id,
    Type: 'container',
    Action: action,
    Actor: { ID: id, Attributes: attributesOf(action, document) },
    scope: 'local',
    time: Math.floor(nowMs / 1000),
    timeNano: nowMs * 1e6,
  };
  return event;
}

function attributesOf(action: string, document: InspectDocument | undefined): Record<string, string> {
  if (document === undefined) return {};
  const { Name, Config, State } = document;
  const exit = action === 'die' ? { execDuration: '1', exitCode: String(State.ExitCode) } : {};
  return { ...Config.Labels, ...exit, image: Config.Image, name: Name.slice(1) };
}
