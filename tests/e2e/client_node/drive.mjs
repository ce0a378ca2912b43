// What a program on @kubernetes/client-node does all day, against the cluster of KUBECONFIG. Prints what it found as one JSON object;
// client_node_test.py says what it must be. Arguments: the command of a Pod, as JSON.
import { PassThrough } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const NS = 'default';
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const any = k8s.KubernetesObjectApi.makeApiClient(config);
const found = {};

const map = (name, value, labels = {}) => ({ metadata: { name, labels }, data: { value } });
const patchAs = (type) => k8s.setHeaderOptions('Content-Type', type);

/** The status of the answer that a call is refused with. */
async function refused(call) {
  try {
    await call;
  } catch (error) {
    return { code: error.code, reason: JSON.parse(error.body).reason };
  }
  return null;
}

const PATIENCE_MS = 60_000; // for each thing that is waited for

async function until(condition) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never: ${condition}\nuntil then: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function crud() {
  const made = await core.createNamespacedConfigMap({ namespace: NS, body: map('one', 'a', { app: 'x' }) });
  await core.createNamespacedConfigMap({ namespace: NS, body: map('two', 'b') });
  found.again = await refused(core.createNamespacedConfigMap({ namespace: NS, body: map('two', 'b') }));
  found.invalid = await refused(core.createNamespacedConfigMap({ namespace: NS, body: map('No_Name', 'b') }));
  const labelled = await core.listNamespacedConfigMap({ namespace: NS, labelSelector: 'app=x' });
  found.labelled = labelled.items.map((item) => item.metadata.name);
  const page = await core.listNamespacedConfigMap({ namespace: NS, limit: 1 });
  const rest = await core.listNamespacedConfigMap({ namespace: NS, limit: 1, _continue: page.metadata._continue });
  found.pages = [page, rest].map((part) => part.items.map((item) => item.metadata.name));
  const replaced = await core.replaceNamespacedConfigMap({ name: 'one', namespace: NS, body: { ...made, data: { value: 'replaced' } } });
  found.replaced = replaced.data;
  found.stale = await refused(core.replaceNamespacedConfigMap({ name: 'one', namespace: NS, body: { ...made, data: { value: 'late' } } }));
  found.created = made.metadata.creationTimestamp instanceof Date;
}

async function patches() {
  const target = { name: 'one', namespace: NS };
  await core.patchNamespacedConfigMap({ ...target, body: [{ op: 'add', path: '/data/json', value: '1' }] }, patchAs(k8s.PatchStrategy.JsonPatch));
  await core.patchNamespacedConfigMap({ ...target, body: { data: { merge: '2', value: null } } }, patchAs(k8s.PatchStrategy.MergePatch));
  await core.patchNamespacedConfigMap({ ...target, body: { data: { strategic: '3' } } }, patchAs(k8s.PatchStrategy.StrategicMergePatch));
  found.patched = (await core.readNamespacedConfigMap(target)).data;
  const spec = { apiVersion: 'v1', kind: 'ConfigMap', metadata: target, data: { applied: '4' } };
  const applied = await any.patch(spec, undefined, undefined, 'node', true, k8s.PatchStrategy.ServerSideApply);
  found.applied = applied.data;
  found.managers = applied.metadata.managedFields.map((entry) => `${entry.manager} ${entry.operation}`).filter((entry) => entry.startsWith('node '));
}

/** Through an informer: what there was, what changed, what went; in this order. */
async function informer() {
  const seen = [];
  const list = () => core.listNamespacedConfigMap({ namespace: NS });
  const watching = k8s.makeInformer(config, `/api/v1/namespaces/${NS}/configmaps`, list);
  for (const type of ['add', 'update', 'delete']) watching.on(type, (object) => seen.push(`${type} ${object.metadata.name}`));
  watching.on('error', (error) => seen.push(`error ${error}`));
  await watching.start();
  await until(() => seen.length >= 2);
  found.known = [...seen].sort();
  seen.length = 0;
  await core.createNamespacedConfigMap({ namespace: NS, body: map('three', 'c') });
  await core.patchNamespacedConfigMap({ name: 'three', namespace: NS, body: { data: { value: 'd' } } }, patchAs(k8s.PatchStrategy.MergePatch));
  await core.deleteNamespacedConfigMap({ name: 'three', namespace: NS });
  await until(() => seen.length >= 3);
  found.informed = [...seen];
  found.cached = watching.list(NS).map((object) => object.metadata.name).sort();
  await watching.stop();
}

async function pods(command) {
  const labels = { app: 'talker' };
  const container = { name: 'c', image: 'example.com/talker:1', command };
  const template = { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 1 } };
  await apps.createNamespacedDeployment({ namespace: NS, body: { metadata: { name: 'talker' }, spec: { replicas: 1, selector: { matchLabels: labels }, template } } });
  await until(async () => (await apps.readNamespacedDeployment({ name: 'talker', namespace: NS })).status.readyReplicas === 1);
  const pod = (await core.listNamespacedPod({ namespace: NS, labelSelector: 'app=talker' })).items[0].metadata.name;
  found.log = await until(() => core.readNamespacedPodLog({ name: pod, namespace: NS }));
  found.followed = await follow(pod);
  const scale = await apps.readNamespacedDeploymentScale({ name: 'talker', namespace: NS });
  await apps.replaceNamespacedDeploymentScale({ name: 'talker', namespace: NS, body: { ...scale, spec: { replicas: 0 } } });
  found.gone = await until(async () => (await core.listNamespacedPod({ namespace: NS, labelSelector: 'app=talker' })).items.length === 0);
  await apps.deleteNamespacedDeployment({ name: 'talker', namespace: NS });
  found.absent = await refused(apps.readNamespacedDeployment({ name: 'talker', namespace: NS }));
}

/** The first two lines, of a Pod that goes on. */
async function follow(pod) {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk) => (text += chunk));
  const end = await new k8s.Log(config).log(NS, pod, 'c', stream, { follow: true });
  await until(() => text.split('\n').length > 2);
  end.abort();
  return text.split('\n').slice(0, 2);
}

await crud();
await patches();
await informer();
await pods(JSON.parse(process.argv[2]));
console.log(JSON.stringify(found));
process.exit(0); // open streams would keep it
