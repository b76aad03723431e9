// Signatures from the documentation of Google Play services.
package com.google.android.gms.tflite.java;

import android.content.Context;
import com.google.android.gms.tasks.Task;

public class TfLite {
    public static Task<Void> initialize(Context context) {
        throw new UnsupportedOperationException("no Play services here");
    }
}
