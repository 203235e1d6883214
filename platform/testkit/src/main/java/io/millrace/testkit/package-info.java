/** The whole platform in the JVM of a test, for tests of functions. */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;
