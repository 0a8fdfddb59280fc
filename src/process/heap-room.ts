import { setFlagsFromString } from 'node:v8';

const FLAG = '--heap-growing-percent';
const FEW_PERCENT = 25;
const MANY_PERCENT = 60;
/** From so many on the agent may take more than the 100 MB that it keeps to with a hundred. */
const MANY_CONTAINERS = 250;

export type HeapRoomOptions = {
  /** Node's own flags: those of the command's first line. */
  readonly execArgv: readonly string[];
  readonly setFlag?: (flag: string) => void;
};

/**
 * Lets V8's heap grow by more between two full collections where there are many containers: each takes as long as all that
 * lives, and has V8 compile anew. Only where the flag is the command's: who chose another keeps it.
 *
 * Node warns of flags that change while V8 runs. This one is read at the end of each full collection, and nowhere else
 * (V8's `MemoryController::GrowingFactor`).
 */
export function createHeapRoom({
  execArgv,
  setFlag = setFlagsFromString,
}: HeapRoomOptions): (containers: number) => void {
  const isOurs = execArgv.includes(`${FLAG}=${FEW_PERCENT}`);
  let percent = FEW_PERCENT;
  return (containers) => {
    const wanted = containers < MANY_CONTAINERS ? FEW_PERCENT : MANY_PERCENT;
    if (!isOurs || wanted === percent) return;
    percent = wanted;
    setFlag(`${FLAG}=${percent}`);
  };
}
