@NullMarked
package io.millrace.source.shards;

import org.jspecify.annotations.NullMarked;
