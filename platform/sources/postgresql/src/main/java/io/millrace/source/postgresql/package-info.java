/** Changes of tables of PostgreSQL as event sources: outboxes that are read in the order of their numbers (adr/0012). */
@NullMarked
package io.millrace.source.postgresql;

import org.jspecify.annotations.NullMarked;
