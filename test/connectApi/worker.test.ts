import { adopting } from "./worker/adopting";
import { creating } from "./worker/creating";
import { deleting } from "./worker/deleting";
import { failing } from "./worker/failing";
import { keeping } from "./worker/keeping";
import { lifecycle, lifecycleEverywhere } from "./worker/lifecycle";
import { movingOffsets } from "./worker/movingOffsets";
import { naming } from "./worker/naming";
import { rotating } from "./worker/rotating";
import { sensitive } from "./worker/sensitive";
import { updating } from "./worker/updating";
import { withoutTask } from "./worker/withoutTask";
import { WorkerUnderTest } from "./worker/workerUnderTest";

// One worker serves all of them: starting it takes longer than most tests.
const worker = new WorkerUnderTest();
creating(worker);
updating(worker);
failing(worker);
lifecycle(worker);
lifecycleEverywhere(worker);
rotating(worker);
deleting(worker);
movingOffsets(worker);
adopting(worker);
keeping(worker);
naming(worker);
withoutTask(worker);
sensitive(worker);
