/** BullMQ's worker, with a way to go without its jobs. Its own close() waits for them without end, and so does a
 *  forced close once a wait has begun or the engine has gone: a hub that is told to stop must stop. */
import { Worker, type ConnectionOptions, type IQueueBackend, type JobProgress, type RedisQueueBackend } from 'bullmq';

export class HubWorker<B extends IQueueBackend = RedisQueueBackend, C = ConnectionOptions> extends Worker<
  unknown,
  void,
  string,
  B,
  JobProgress,
  C
> {
  /** Renews no claim any more and asks for no job; what it had is stalled from now on. */
  async leave(): Promise<void> {
    await this.lockManager.close();
    await this.backend.disconnectBlocking(false);
  }
}
