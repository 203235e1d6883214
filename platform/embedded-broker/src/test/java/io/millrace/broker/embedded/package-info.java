@NullMarked
package io.millrace.broker.embedded;

import org.jspecify.annotations.NullMarked;
