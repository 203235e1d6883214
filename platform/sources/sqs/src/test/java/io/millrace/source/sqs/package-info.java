@NullMarked
package io.millrace.source.sqs;

import org.jspecify.annotations.NullMarked;
