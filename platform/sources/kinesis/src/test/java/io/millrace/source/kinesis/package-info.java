@NullMarked
package io.millrace.source.kinesis;

import org.jspecify.annotations.NullMarked;
