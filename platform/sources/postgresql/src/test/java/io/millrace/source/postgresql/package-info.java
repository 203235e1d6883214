@NullMarked
package io.millrace.source.postgresql;

import org.jspecify.annotations.NullMarked;
