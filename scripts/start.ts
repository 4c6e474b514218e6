/** `npm start`: builds the executable and shows what it does. */
import { setup } from "../test/support/build.ts";

/** The main job on real files, a refusal, and the audit of both. */
function demo(): void {}

setup();
demo();
