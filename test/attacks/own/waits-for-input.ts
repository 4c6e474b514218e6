/** Waits for input that never comes. */
import { stdin } from "sbx:plugin";

await stdin.text();
