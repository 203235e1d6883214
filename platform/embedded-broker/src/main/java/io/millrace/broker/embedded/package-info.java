/** The Artemis broker of {@code broker-config/}, inside this JVM. */
@NullMarked
package io.millrace.broker.embedded;

import org.jspecify.annotations.NullMarked;
