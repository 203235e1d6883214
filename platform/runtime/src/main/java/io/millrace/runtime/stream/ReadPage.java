package io.millrace.runtime.stream;

import java.time.Duration;
import java.util.List;

/**
 * @param records in order, none before any of an earlier page
 * @param next where to go on
 * @param behind how old the last of these records is, where there are more behind it; zero where there are none
 */
public record ReadPage(List<StreamRecord> records, ReadStart.Resume next, Duration behind) {}
