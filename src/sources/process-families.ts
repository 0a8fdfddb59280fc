import type { ReadingFamilies } from './cgroup/reading.ts';

/** Families of which each needs the processes read. A break-down alone breaks nothing down. */
const FAMILIES = ['processes', 'contextSwitches', 'processFaults', 'fileDescriptors', 'processDisk', 'pss'] as const;

export const needsProcesses = (families: ReadingFamilies): boolean => FAMILIES.some((family) => families.has(family));

/** Whether the memory lines of their status are wanted. */
export const needsStatus = (families: ReadingFamilies): boolean => families.has('processes') || families.has('pss');
