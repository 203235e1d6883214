/** The millrace command: one class per verb, each a screenful of arguments, one call and what is printed. */
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
