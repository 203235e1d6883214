package io.millrace.runtime.schedule;

import java.time.Instant;

/** Schedules that are listed and deleted together. */
public record ScheduleGroup(String name, Instant created) {}
