/**
 * A real cluster on this machine without containers: ZooKeeper, JobManager, TaskManagers and broker
 * as processes of their own, and Flink's REST interface to deploy the job jar and to watch it.
 * Imports nothing of the others, so that what runs there is the job jar alone; {@code bench},
 * {@code cli} and tests use it.
 */
package io.fraudstream.cluster;
