using Hoop.Verify;

return await VerifyProgram.RunAsync(args, Console.Out, Console.Error);
