import type { AgentSide } from './agent-side.ts';
import type { CollectorSide, Way } from './collector-side.ts';
import type { SoakHost } from './host.ts';

export type World = { readonly host: SoakHost; readonly collector: CollectorSide; readonly agent: AgentSide };

export type Fault = {
  readonly name: string;
  begin(): Promise<void> | void;
  /** As it was before. */
  end(): Promise<void> | void;
};

const nothing = (): void => undefined;

/** Between the agent and its back-end. */
export function collectorFaults({ collector }: World): Fault[] {
  const ways: Way[] = [
    'unavailable',
    'throttled',
    'refused',
    'too large',
    'unanswered',
    'reset',
    'answer lost',
    'answered with garbage',
  ];
  return [
    ...ways.map((way) => ({
      name: `requests are ${way}`.replace('are answer', 'have their answer'),
      begin: () => collector.set(way),
      end: () => collector.set('forwarded'),
    })),
    { name: 'Collector killed', begin: collector.kill, end: collector.start },
    { name: 'Collector paused', begin: collector.pause, end: collector.resume },
  ];
}

/** Of the engine, the disk and the agent itself: one at a time, since what waits in memory for want of a disk ends with the agent. */
export function hostFaults({ host: { engine }, agent, collector }: World): Fault[] {
  const kill = async (): Promise<void> => {
    await collector.refusalsAreTold();
    await agent.stop('SIGKILL');
  };
  const engineFault = (name: string, fault: Parameters<typeof engine.setFaults>[0]): Fault => ({
    name,
    begin: () => {
      engine.setFaults(fault!);
      engine.cutEvents();
    },
    end: () => engine.setFaults(),
  });
  return [
    { name: 'socket of the engine away', begin: engine.shut, end: engine.open },
    engineFault('engine hangs', { delayMs: 30_000 }),
    engineFault('engine answers with errors', { status: 500 }),
    engineFault('engine answers with garbage', { body: '[{"Id":1}' }),
    engineFault('engine breaks off its answers', { cut: true }),
    { name: 'events cut', begin: engine.cutEvents, end: nothing },
    { name: 'events are garbage', begin: () => engine.writeRaw('{"no":"event"}\n\u0000\n'), end: nothing },
    { name: 'disk full', begin: agent.fillDisk, end: agent.emptyDisk },
    { name: 'agent gets SIGSTOP', begin: agent.pause, end: agent.resume },
    { name: 'agent gets SIGHUP', begin: agent.reload, end: nothing },
    { name: 'agent gets SIGTERM', begin: () => agent.stop('SIGTERM'), end: agent.start },
    { name: 'agent gets SIGKILL', begin: kill, end: agent.start },
  ];
}
