import { openDockerHost } from '../../../workers/hosts/docker/open-docker-host.ts';
import { describeWith } from '../../support/require.ts';
import { cloneHostContract } from './clone-host-contract.ts';

describeWith('docker', 'containers', () => {
  cloneHostContract('docker host', openDockerHost);
});
