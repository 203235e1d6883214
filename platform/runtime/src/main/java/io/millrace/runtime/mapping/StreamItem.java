package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceRecord;

/** A record on its way to a function. */
record StreamItem(Progress.Entry entry, SourceRecord record) {
    int bytes() {
        return record.json().length;
    }
}
