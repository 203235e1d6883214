/** Measures lanes against each other: paired windows on one broker, ratios with their spread. */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
