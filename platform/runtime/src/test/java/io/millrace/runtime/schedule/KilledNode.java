package io.millrace.runtime.schedule;

import java.nio.file.Path;

/** A process with a schedule, to be killed. */
final class KilledNode {
    private KilledNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        ScheduleFloor node = new ScheduleFloor(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        if (node.schedules.find(ScheduleFloor.key("often")).isEmpty()) {
            node.create("often", ScheduleFloor.settings(arguments[2], arguments[3]));
        }
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
