import { findEnvoy } from '../../deploy/support/find-envoy.ts';
import { readEnvoy } from './envoy-descriptors.ts';
import { SERVICE_FILE, testSubset } from './subset.ts';

testSubset(await readEnvoy(await findEnvoy(), SERVICE_FILE), 'the Envoy that the tests run');
