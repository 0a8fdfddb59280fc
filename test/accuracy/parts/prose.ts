import { LIMITS } from '../../../src/limits.ts';
import { SIZE_INTERVAL_MS } from '../../../src/sources/docker/filesystem-sizes.ts';
import { BUDGET_MS } from '../../../src/sources/pss.ts';
import { RESTED_CYCLES } from '../../../src/sources/resolution.ts';
import { WRITE_INTERVAL_MS } from '../../../src/state/state-keeper.ts';

/** What docs/accuracy.md says around its tables. */

export const INTRODUCTION = `# Accuracy

Every value of Plimsoll beside what the kernel itself accounts, on real containers. Written by \`npm run test:accuracy\`, which
fails where a value is off by more than its bound; values change a little from run to run, scenarios and bounds do not.

- **truth**: cgroup files, interface counters and files of /proc read by the test itself, what \`getrusage\` says inside the load
  program, or what the load program was asked to do. Never anything that Plimsoll has read.
- **Plimsoll**: what the agent pushed over OTLP, with an interval of one second.
- **stats API**: one answer of the engine's \`/containers/ID/stats\`.
- **2021**: the method that Plimsoll comes from: the entries of the cgroup's \`tasks\` file read as processes, live ones only,
  and the first interface only.

\`none\`: there is no series, because the kernel says nothing. \`–\`: that source has no such value. \`fails\`: it reads nothing at all there.

A host that holds some controllers on cgroup v1 cannot have them on v2. The table of a cgroup v2 with every controller is therefore of
another kernel, Debian's Linux as a process (User Mode Linux), with a Docker engine, an agent and the kernel's own files in it. That kernel has
no PSI, which the table before it has.
`;

const minutes = (ms: number): string => `${ms / 60_000}`;

export const INEXACT = `## What cannot be exact, and by how much

### Processes that end

- **Processes that nobody in the container waits for.** What they did after they were last read, at most one interval of each of their
  threads, is in none of \`container.process.*\`; a process that lives between two cycles and is not waited for is not there at all.
  Nothing is counted twice and no total falls. \`container.cpu.time\` has all of it, and \`plimsoll.cpu.unattributed\` says how much.
- **CPU time and faults may miss a little more** where processes end that are waited for and others that are not, both in one container.
  Growth that a parent inherited is taken for that of the processes that were seen and are gone, as far as it reaches. So of those
  that nobody waited for it may hide what was already read: at most what they had, and at most what others handed down without it having
  been read, whichever is less.
- **\`container.process.disk.io\` may miss all that was already read** of processes that ended and that nobody waited for though somebody
  could: a parent that inherits bytes looks like one that moves bytes itself, so what it moved may be taken for theirs.
- **Context switches of threads that ended.** Nobody inherits them. What a thread did after it was last read is lost with it, and in the
  cycle in which threads end, growth of the process's others is lost, too, up to what the ended threads had. Faults of ended threads
  stay with the process.
- **The end of a run.** Processes and network interfaces are gone before they can be read once more: \`container.process.*\` and
  \`container.network.*\` end with the last cycle, at most one interval short. What the cgroup counts is read when its last process ends, where
  the host has a v2 hierarchy and the reading comes in time ([ADR 0009](adr/0009-last-reading-at-the-end.md)): 15 of 16 runs
  were, on an idle machine. Otherwise those values are one interval short, too.
- **A network interface that is taken away** takes along what went through it after the last cycle: at most one interval of its
  traffic. What was counted before stays counted.

### Levels and ages

- **Gauges and levels are sampled**: they are what was true at one moment of each interval. What rises and falls again between two
  cycles is not seen; counters are, and \`container.memory.peak\` (to be switched on) keeps the highest use.
- **Containers that rest.** Where a container's CPU accounting has not moved since the last cycle, no process of it has run, and its processes are not
  read again. What is done to them from outside without them, such as taking back pages that they have mapped, is in \`container.process.*\` at most
  ${RESTED_CYCLES} cycles later. Interfaces, disks and \`container.memory.usage\` are read in every cycle. While the usage is the same
  to the byte, too, what it is made of is not read again: which pages of files the kernel holds to be inactive, and with them the
  working set, may be of up to ${RESTED_CYCLES} cycles ago. Where nothing at all has changed for a whole cycle, none of its tasks was waiting, and who
  does not run begins to wait for nothing but a CPU: pressure and the number of tasks are read again when it has run. A task that was woken
  and still waits for its first moment on a CPU is in the pressure when it has had that, or at most ${RESTED_CYCLES} cycles later. On a kernel that charges
  CPU time in whole ticks (User Mode Linux) no container is taken to rest.
- **Without a limit** nothing comes up against it: how often a container was held back, and on v1 how often it hit its limit of memory, is then
  read as often as the limit is.
- **Limits** are read when the engine says something new of a container, as it does after \`docker update\`, and in every ${RESTED_CYCLES + 1}th cycle: what
  somebody writes into the cgroup's files by hand is seen at most ${RESTED_CYCLES} cycles later.
- **\`container.process.memory.pss\` is sampled.** All processes of all containers together get ${BUDGET_MS} ms of a cycle; those for which there is no time
  keep their last value until it is their turn. Where the whole host needs n times that, a value is at most about n cycles old. Until
  each process of a container has been read once, and where one of them has over ${LIMITS.pssResident.max / 1024 ** 3} GiB resident, there is none.
- **While reading takes over a tenth of the interval** the dearest families of metrics are left out, and their series end
  ([ADR 0022](adr/0022-what-is-thinned-is-not-read.md)). The agents of this page do not do that.
- **\`container.filesystem.usage\`** is what the engine said at most ${minutes(SIZE_INTERVAL_MS)} minutes ago. The engine is asked for one container after the other and
  left alone for nine times as long as each answer took, so on a host where that takes longer for all it is that much older.
- **Memory summed over processes** (\`container.process.memory.*\`) counts a page that processes share once for each of them: n
  processes that map the same m bytes give n · m. The container's own accounting (\`container.memory.*\`) counts each page once, but
  charges a file's page to whichever container touched it first.
- **The values of one container are read one after the other**, within milliseconds and not in one moment: two metrics of one
  cycle may disagree by what happened in between.
- **A container's life is known from the engine's events**: a change of state, name or limits is in the first cycle that begins after it. Of
  the states, \`dead\` was not seen live: an engine shows it only when it fails to remove a container. It is tested on what the API would say.

### What the kernel says

- **cgroup v1 says CPU time by mode in ticks** of 10 ms, user and system cut apart: up to 20 ms less than \`cpuacct.usage\`, and
  never more as the container runs on. It does not add up: the next reading starts from the kernel's own total again.
- **/proc says CPU time in ticks too**, user and system of each living process cut apart: up to 20 ms less for each of them.
- **Buffered writes on cgroup v1** are charged to no container when the kernel writes them back later; \`container.disk.io\` holds
  what was written directly or by \`fsync\`. On cgroup v2 all are charged.
- **Disks on cgroup v1**: the kernel that this was measured on (6.18) counts bytes and operations only on devices on which a limit was set once, in
  any cgroup. On the others there is no series, which is not the same as zero.
- **Hits of the memory limit on cgroup v1** (\`container.memory.events\`, \`max\`) are memory.failcnt and memory.memsw.failcnt together. Newer kernels
  (seen on 6.18) do not count the second: where the limit of memory and swap together is the same as that of memory and nothing was counted,
  it is not known that there were none, and there is no series. \`oom_kill\` counts.
- **Memory events of child cgroups on cgroup v1** are added up from files of their own: what one counted after it was last read and
  before it was removed is missing, at most that of one interval. What was counted before stays counted, but for what a removed one had
  counted in the last minute before the agent was killed.
- **A counter that the kernel says lower than before** is held until the kernel is past it again ([ADR 0015](adr/0015-where-a-series-begins.md)): it
  says too little meanwhile, by what it fell, and never too much.

### Restarts of the agent

- **An agent that ends in order** (SIGTERM) leaves a state file and goes on from it. Processes that end while it is away are as those
  that end between two cycles; the interval is then as long as it was away.
- **An agent that is killed** (SIGKILL) leaves what it wrote last, at most ${minutes(WRITE_INTERVAL_MS)} minute before. Where a process or a thread has ended since, or an interface has
  gone, totals could fall; then \`container.process.*\` or \`container.network.*\` of that container begin a new series, with a new start time and
  from zero. What was used between its last cycle and the first of the next agent is then in no series of these; \`container.cpu.time\`, whose total is
  the kernel's, has it.
- **Differences** (delta temporality): the sum of all that is sent is the difference of the totals, over restarts in order, too. After SIGKILL it
  is not known what was sent last, so the first totals are where counting begins again: what happened from the last cycle before
  the kill to the first one after is in no difference. Nothing is sent twice.
`;
