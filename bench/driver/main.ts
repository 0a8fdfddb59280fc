import { text } from 'node:stream/consumers';
import { createHeapRoom } from '../../src/process/heap-room.ts';
import type { Container } from '../../src/sources/container.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { fileSetOf } from './file-set.ts';
import { measureReading } from './reading.ts';
import { configOf, type DriverRequest } from './request.ts';
import { agentFiles, createDriverSources } from './sources.ts';
import { measureStages } from './stages.ts';
import { recordingFiles } from './watched-files.ts';

/** A process of its own for each measurement: no other one's heap and no other one's warm code. */
async function answer(request: DriverRequest): Promise<unknown> {
  const config = configOf(request);
  const recording = recordingFiles(createKernelFiles());
  const isRecorded = request.what === 'files';
  const sources = createDriverSources(config, isRecorded ? recording.files : agentFiles(config));
  const found = new Map((await sources.discovery.current()).map((container) => [container.id, container]));
  await sources.discovery.close();
  const groups = Object.entries(request.groups).map(
    ([group, ids]) => [group, ids.map((id) => found.get(id)!)] as const,
  );
  const everyone = groups.flatMap(([, containers]): readonly Container[] => containers);
  createHeapRoom({ execArgv: process.execArgv })(everyone.length);
  switch (request.what) {
    case 'files':
      return Object.fromEntries(everyone.map((each) => [each.id, fileSetOf(each, sources, recording.take)]));
    case 'reading':
      return measureReading(sources, everyone, request.plan);
    case 'stages':
      return measureStages(config, Object.fromEntries(groups), request.plan);
  }
}

process.stdout.write(JSON.stringify(await answer(JSON.parse(await text(process.stdin)))));
