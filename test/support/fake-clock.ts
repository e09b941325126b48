/** The clock of the tests is the one that the library has for tests. */
export { TestClock as FakeClock } from '#millrace/test-clock.js';
