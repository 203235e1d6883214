/** The console's files and what of the broker its pages ask for. Knows of the platform only the doorway. */
@NullMarked
package io.millrace.console;

import org.jspecify.annotations.NullMarked;
