#include "openapi/description_tables.h"

namespace graylane::openapi {

const char* const kWorkloadDescriptions = R"(
Deployment: Keeps a number of equal Pods running, and replaces them step by step when their template changes.
 spec: What should run, in how many copies, and how changes are rolled out.
 status: How far that is true.

DeploymentSpec: What a Deployment should do.
 replicas: How many Pods there should be. 1 unless said otherwise.
 selector: Which Pods are its own. Must match the template's labels, and cannot be changed.
 template: The Pod to make copies of. A change of it is rolled out.
 strategy: RollingUpdate when it is left away.
 minReadySeconds: So long a new Pod must have been ready to count as available, in seconds.
 revisionHistoryLimit: How many old ReplicaSets are kept to go back to. 10 unless said otherwise.
 progressDeadlineSeconds: After so many seconds without progress a rollout counts as stuck. 600 unless said otherwise.
 paused: True: changes of the template are not rolled out for now.

DeploymentStrategy: How old Pods are replaced.
 type: RollingUpdate, bit by bit, or Recreate, all old ones first.
 rollingUpdate: Only for the type RollingUpdate.

RollingUpdateDeployment: The bounds of a rolling update.
 maxSurge: So many Pods more than wanted may exist, as number or percentage. 25% unless said otherwise.
 maxUnavailable: So many of the wanted Pods may be missing, as number or percentage. 25% unless said otherwise.

DeploymentStatus: How far a Deployment is.
 replicas: Pods that exist.
 updatedReplicas: Pods of the newest template.
 readyReplicas: Pods that are ready.
 availableReplicas: Pods that have been ready for long enough.
 unavailableReplicas: Pods that are still missing.
 terminatingReplicas: Pods that are ending.
 collisionCount: How often the name of a new ReplicaSet was taken.

ReplicaSet: Keeps a number of equal Pods running. Usually made by a Deployment.
 spec: How many Pods, and which.
 status: How many there are.

ReplicaSetSpec: What a ReplicaSet should do.
 replicas: How many Pods there should be.
 selector: Which Pods are its own.
 template: The Pod to make copies of.
 minReadySeconds: So long a Pod must have been ready to count as available, in seconds.

StatefulSet: Pods with names and volumes of their own that stay the same over restarts.
 spec: What should run, in how many copies.
 status: How far that is true.

StatefulSetSpec: What a StatefulSet should do.
 replicas: How many Pods there should be.
 selector: Which Pods are its own.
 template: The Pod to make copies of.
 serviceName: The headless Service that gives the Pods their DNS names.
 volumeClaimTemplates: Claims that each Pod gets one of its own of.
 updateStrategy: How changes reach the Pods.
 podManagementPolicy: OrderedReady, one after the other, or Parallel.

DaemonSet: One Pod on every node, or on those that are chosen.
 spec: What should run, and where.
 status: On how many nodes it runs.

DaemonSetSpec: What a DaemonSet should do.
 selector: Which Pods are its own.
 template: The Pod to run on each node.
 updateStrategy: How changes reach the Pods.

Job: Runs Pods until so many of them have succeeded.
 spec: What to run, and how often.
 status: How far it is.

JobSpec: What a Job should do.
 template: The Pod to run.
 completions: How many Pods have to succeed.
 parallelism: How many may run at a time.
 backoffLimit: How many failures are tolerated. 6 unless said otherwise.
 activeDeadlineSeconds: After so many seconds the Job is ended as failed.
 ttlSecondsAfterFinished: So many seconds after its end the Job is deleted.
 suspend: True: no Pods are run for now.
 selector: Which Pods are its own. Usually left to the server.

CronJob: Creates Jobs at times that are written as cron writes them.
 spec: When, and which Job.
 status: What it has created.

CronJobSpec: What a CronJob should do.
 schedule: The times, in five fields: minute, hour, day, month, weekday.
 timeZone: The time zone of the schedule.
 jobTemplate: The Job to create.
 concurrencyPolicy: What to do when the last Job still runs: Allow, Forbid or Replace.
 suspend: True: no Jobs are created for now.
 startingDeadlineSeconds: How late a Job may be started.
 successfulJobsHistoryLimit: How many Jobs that succeeded are kept.
 failedJobsHistoryLimit: How many Jobs that failed are kept.

HorizontalPodAutoscaler: Changes the number of replicas by what is measured.
 spec: What to scale, between which bounds, by which measures.
 status: What is measured, and what follows.

HorizontalPodAutoscalerSpec: What an autoscaler should do.
 scaleTargetRef: What is scaled.
 minReplicas: The fewest replicas. 1 unless said otherwise.
 maxReplicas: The most replicas.
 metrics: What is measured, and what it should be.
 behavior: How fast it may go up and down.

OldAutoscalerSpec: What an autoscaler should do.
 scaleTargetRef: What is scaled.
 minReplicas: The fewest replicas. 1 unless said otherwise.
 maxReplicas: The most replicas.
 targetCPUUtilizationPercentage: The CPU use to aim at, in percent of what is requested.

PodDisruptionBudget: How many Pods may be taken away at a time on purpose.
 spec: Which Pods, and how many.
 status: How many may go now.

PodDisruptionBudgetSpec: What a budget allows.
 selector: The Pods that it is about.
 minAvailable: So many must stay, as number or percentage.
 maxUnavailable: So many may be missing, as number or percentage.
)";

}  // namespace graylane::openapi
