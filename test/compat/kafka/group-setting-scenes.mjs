/** Settings that a group has of its own (KIP-848): set, asked for, refused and taken back, request by request, and what its members are told. */
import { setTimeout as sleep } from 'node:timers/promises';

const GROUP_RESOURCE = 32;
const OBEYED_TRIES_MAX = 1_000;

export async function ownSettings(play) {
  const { scene, tools } = play;
  const [session, interval] = ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms'];
  const question = (resourceName) => ({
    resources: [{ resourceType: GROUP_RESOURCE, resourceName, configurationKeys: [session, interval] }],
    includeSynonyms: true,
    includeDocumentation: false,
  });
  const describe = (what, group = 'own settings') => scene.ask(tools, what, 'describeConfigs', 4, question(group));
  const change = (what, changes, { group = 'own settings', validateOnly = false } = {}) => {
    const configs = changes.map(([name, value, configOperation = 0]) => ({ name, value, configOperation }));
    const resources = [{ resourceType: GROUP_RESOURCE, resourceName: group, configs }];
    return scene.ask(tools, what, 'incrementalAlterConfigs', 1, { resources, validateOnly });
  };
  /** Kafka's broker obeys a little later. */
  const until = async (value) => {
    for (let tries = 0; tries < OBEYED_TRIES_MAX; tries++) {
      const { results } = await scene.askOnly(tools, 'describeConfigs', 4, question('own settings'));
      if (results[0].configs.find(({ name }) => name === interval).value === value) return;
      await sleep(10);
    }
    throw new Error(`the interval does not become ${value}`);
  };
  const member = await play.member('own settings', 'member');
  await describe('of a group that is not there');
  await member.join('joins');
  await change('an interval and a session', [
    [interval, '6000'],
    [session, '50000'],
  ]);
  await until('6000');
  await describe('with settings of its own');
  await member.heartbeat('is told another interval');
  for (const [name, value] of [
    [session, '44999'],
    [session, '60001'],
    [interval, '4999'],
    [interval, '15001'],
    [interval, 'soon'],
    [interval, ''],
    ['no.such', '1'],
  ])
    await change(`${name} ${value}`, [[name, value]]);
  await change('adds to what is no list', [[interval, '7000', 2]]);
  await change('looks only', [[interval, '7000']], { validateOnly: true });
  await change('of no group', [[interval, '7000']], { group: '' });
  await describe('of no group', '');
  await change('takes it back', [[interval, null, 1]]);
  await until('5000');
  await describe('with one of its own');
  await member.heartbeat('is told the broker’s again');
  await member.send('leaves', { memberEpoch: -1 });
}
