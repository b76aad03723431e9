import java.io.File;
import java.util.Arrays;
import org.example.jv.interpreter.sine_any_batch_float32.SineAnyBatchFloat32;

public final class Batches {
    public static void main(String[] arguments) {
        System.load(arguments[0]);
        try (SineAnyBatchFloat32 model = SineAnyBatchFloat32.open(new File(arguments[1]))) {
            for (int batch : new int[] {1, 5, 5, 2}) {
                float[] values = new float[batch];
                for (int place = 0; place < batch; place++) {
                    values[place] = place;
                }
                System.out.println(Arrays.toString(model.run(values).sine()));
            }
        }
    }
}
