import type { Config } from '../config.ts';
import type { Section } from '../property.ts';

export const host: Section<Config['host']> = {
  doc: "Where the host's file trees are, for an agent that runs in a container with the host mounted somewhere.",
  properties: {
    root: {
      doc: "Where the host's root is mounted.",
      format: 'absolute-path',
      default: '/',
    },
    procPath: {
      doc: "Where the host's procfs is mounted; empty means proc below host.root.",
      format: 'absolute-path',
      default: '',
    },
    cgroupPath: {
      doc: "Where the host's cgroup hierarchies are mounted; empty means sys/fs/cgroup below host.root.",
      format: 'absolute-path',
      default: '',
    },
    runPath: {
      doc: "Where the host's run folder is mounted, with the states of the container runtimes; empty means run below host.root.",
      format: 'absolute-path',
      default: '',
    },
  },
};
