/** The doors behind the console's dead-letter page: what dlq-tools can do, by HTTP and progressively. */
@NullMarked
package io.millrace.console.deadletters;

import org.jspecify.annotations.NullMarked;
