import { readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { LIMITS, type OnLimit } from '../../limits.ts';
import { okValue } from '../kernel-files.ts';
import type { ProcFs } from './proc-fs.ts';

/** Names come from whoever runs the container: longer ones are cut. */
const MAX_CHARACTERS = LIMITS.executableName.max;

/** The target of /proc/PID/exe → the base name of the file that the process runs, which may be deleted meanwhile. */
export function parseExecutableLink(target: string, onLimit?: OnLimit): string | undefined {
  return named(posix.basename(target.replace(/ \(deleted\)$/, '')), onLimit);
}

/** /proc/PID/comm: the first 15 bytes of the base name, unless the process named itself something else. */
export function parseComm(bytes: Buffer): string | undefined {
  return named(bytes.toString('utf8').replace(/\n$/, ''));
}

/** The link needs ptrace rights and kernel threads and zombies have none; their name in comm is there for anyone. */
export function readExecutable(proc: ProcFs, pid: number): string | undefined {
  const link = okValue(proc.files.attempt('proc.exe', () => readlinkSync(`${proc.path}/${pid}/exe`)));
  const name = link === undefined ? undefined : parseExecutableLink(link, proc.files.onLimit);
  return name ?? okValue(proc.files.read('proc.comm', `${proc.path}/${pid}/comm`, parseComm));
}

/** By characters, so that none is cut in two. */
function named(name: string, onLimit?: OnLimit): string | undefined {
  if (name === '') return undefined;
  const characters = Array.from(name);
  if (characters.length > MAX_CHARACTERS) onLimit?.('executableName', characters.length - MAX_CHARACTERS);
  return characters.slice(0, MAX_CHARACTERS).join('');
}
