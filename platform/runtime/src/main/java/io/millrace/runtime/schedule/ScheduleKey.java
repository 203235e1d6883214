package io.millrace.runtime.schedule;

/**
 * What a schedule is known by.
 *
 * @param name unique in its group
 */
public record ScheduleKey(String group, String name) {
    /** The group of schedules that name none. It is always there. */
    public static final String DEFAULT_GROUP = "default";

    @Override
    public String toString() {
        return group + "/" + name;
    }
}
