import { randomBytes } from 'node:crypto';

/** Names this test file's run: a label of its containers, a tag of its images, a variable in the environment of its processes. */
export const RUN_ID = `run-${randomBytes(4).toString('hex')}`;
export const RUN_LABEL = 'plimsoll.test';
export const RUN_VARIABLE = 'TEST_RUN_ID';
