import java.io.File;
import org.example.jv.interpreter.audio.Tensors;
import org.example.kt.interpreter.audio.Audio;

public final class Frames {
    public static void main(String[] arguments) {
        System.load(arguments[0]);
        File file = new File(arguments[1]);
        short[] samples = new short[250];
        try (var model = org.example.kt.interpreter.audio.AudioModel.open(file)) {
            System.out.println(model.runFramesBlocking(new Audio(samples, 8000)).size());
        }
        try (var model = org.example.jv.interpreter.audio.AudioModel.open(file)) {
            System.out.println(model.runFrames(new Tensors.Audio(samples, 8000, 1)).size());
        }
    }
}
