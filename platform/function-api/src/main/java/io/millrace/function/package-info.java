/** What the author of a function compiles against: the JDK and nullness annotations, nothing else. */
@NullMarked
package io.millrace.function;

import org.jspecify.annotations.NullMarked;
