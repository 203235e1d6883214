package io.millrace.runtime.logs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Some lines of a function's log.
 *
 * @param lines oldest first; may be empty although there are more
 * @param next behind the last one that was looked at
 * @param isEnd whether there were no more at that instant
 * @param isGap whether lines between the cursor that was asked for and these had to be deleted already
 */
public record LogPage(List<JsonNode> lines, LogCursor next, boolean isEnd, boolean isGap) {}
