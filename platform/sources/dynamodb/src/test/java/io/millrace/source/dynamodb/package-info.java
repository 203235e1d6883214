@NullMarked
package io.millrace.source.dynamodb;

import org.jspecify.annotations.NullMarked;
