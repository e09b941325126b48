/** @platformatic/kafka, as npm brings it, against our broker: the checks of client-checks.mjs. */
import { testClient } from './client-suite.ts';
import { PlatformaticClient } from './platformatic.mjs';

testClient(PlatformaticClient);
