package io.millrace.source.postgresql;

import java.util.List;

/**
 * Changes in the order of their numbers.
 *
 * @param isWhole whether there are no more in the range that was asked for
 * @param pruned the highest number that had been pruned when the page was read
 */
record Page(List<Change> changes, boolean isWhole, long pruned) {
    Page {
        changes = List.copyOf(changes);
    }
}
